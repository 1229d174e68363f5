"""The main list of a page (栏目列表): blocks, rows and their dates."""
