"""What the house writes for others, one pure file each: apart from `formats`, where every file is one that is read."""
