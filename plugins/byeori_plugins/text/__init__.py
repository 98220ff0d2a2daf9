"""What several kinds of component need to know of a text: its tokens, and how alike two are."""
