"""How common themes are in a tagged dump, and how right its tags are: corrected shares and audit samples."""
