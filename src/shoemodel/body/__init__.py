"""The person in 3-D: figure, stance, feet in shoes, clothes and skin."""
