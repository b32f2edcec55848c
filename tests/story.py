"""What somebody may write in their own words: no sentence of it is the campaign's, and none stands twice."""

STORY = (
    "My neighbor teaches at our school, and her students ask every week whether she may stay with us. She came with "
    "two sons and one suitcase, and by the second winter she ran the chess club. My daughter, who was afraid of "
    "numbers, does her homework at that kitchen table now."
)
