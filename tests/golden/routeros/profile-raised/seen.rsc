/ip hotspot user profile
add name=Asrama rate-limit="1M/2M 2M/4M 1M/1M 8/8" shared-users=2 add-mac-cookie=no
