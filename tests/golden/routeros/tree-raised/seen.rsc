/queue type
add name=pcq-lab-unduh kind=pcq pcq-classifier=dst-address
/queue tree
add name=Lab-unggah parent=global packet-mark=lab-unggah max-limit=5M priority=4 comment="Lab komputer"
add name=Lab-unduh parent=global packet-mark=lab-unduh max-limit=20000000 queue=pcq-lab-unduh comment="Lab komputer"
