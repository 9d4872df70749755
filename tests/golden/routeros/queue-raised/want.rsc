/queue simple
set [ find name="Rektorat; lantai \"2\"" ] max-limit=30M/30M
