"""全民参保 workbench: who is enrolled twice, who nowhere, and who bears the fund's gap."""
