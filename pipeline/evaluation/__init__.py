"""How good a model is: which rows may be measured, figures with intervals, one model against another."""
