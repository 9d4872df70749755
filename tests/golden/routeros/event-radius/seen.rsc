/radius
add address=10.10.0.9 service=login comment=kantor
