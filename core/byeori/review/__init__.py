"""Review of examples by people: decisions, agreement, and the page they are made on."""
