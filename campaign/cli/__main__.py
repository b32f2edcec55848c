"""`python -m campaign.cli`: the same as `campaign`."""

from campaign.cli import main

main()
