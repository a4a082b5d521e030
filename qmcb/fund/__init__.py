"""The pension fund: accounts, who bears a gap under which scheme, budget discipline and assessment."""
