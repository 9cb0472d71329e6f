"""The example city as the rehearsal's page shows it: its map, its people, how its cases stand, a day to play."""
