"""Reading files as publishers ship them, whoever they are: sheets, text, archives, columns."""
