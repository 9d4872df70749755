/queue tree
set [ find name=Lab-unggah ] max-limit=5000000
set [ find name=Lab-unduh ] max-limit=35000000
