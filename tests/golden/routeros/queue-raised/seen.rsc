/queue simple
add name="Rektorat; lantai \"2\"" target=10.20.0.0/26 max-limit=20000000/20000000 comment="dibuat tangan \1B[31m"
