"""One run recorded as it is lived: what a page plays, and the behaviour that the designer scores anew."""
