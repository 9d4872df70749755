/user-manager
set enabled=yes use-profiles=yes
/user-manager router
add name=lokal address=127.0.0.1
/radius
add address=127.0.0.1 service=hotspot
