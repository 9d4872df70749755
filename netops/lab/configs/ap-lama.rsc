# nov/02/2026 09:20:31 by RouterOS 6.49.17
# software id = 9F3D-UQ20
#
# model = RBcAP2nD
/interface bridge
add name=bridge
/interface ethernet
set [ find default-name=ether1 ] comment="gw-lama ether3"
/interface wireless
set [ find default-name=wlan1 ] ssid=MikroTik
/user group
add name=netops policy="ssh,reboot,read,write,test,sensitive,api,policy,!local\
    ,!telnet,!ftp,!winbox,!password,!web,!sniff,!romon,!dude,!tikapp"
/interface bridge port
add bridge=bridge interface=ether1
/interface wireless cap
set discovery-interfaces=bridge enabled=yes interfaces=wlan1
/ip address
add address=10.30.0.21/24 comment=Manajemen interface=bridge
/ip route
add distance=1 gateway=10.30.0.1
/ip service
set telnet disabled=yes
set ftp disabled=yes
/snmp
set contact="Helpdesk PTIPD" enabled=yes location="Gedung Lama, lantai 1"
/system clock
set time-zone-name=Asia/Jakarta
/system identity
set name=ap-lama
/user
set [ find name=admin ] disabled=yes
