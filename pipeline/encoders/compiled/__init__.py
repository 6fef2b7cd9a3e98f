"""A transformer encoder computed without torch: its network as arrays, drawn as a graph and compiled."""
