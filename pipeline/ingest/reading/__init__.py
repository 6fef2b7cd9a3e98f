"""Files of a dump to articles: find, unpack, decode, split into rows, name the fields."""
