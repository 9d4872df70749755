# 2026-11-02 09:12:40 by RouterOS 7.16.2
# software id = 2C7X-K41M
#
# model = cAPGi-5HaxD2HaxD
/interface bridge
add comment=Tepi name=bridge
/interface ethernet
set [ find default-name=ether1 ] comment="sw-aula GigabitEthernet1/0/23"
/interface vlan
add comment="Manajemen perangkat" interface=bridge name=vlan10-mgmt vlan-id=10
/interface wifi datapath
add bridge=bridge disabled=no name=cap
/interface wifi
set [ find default-name=wifi1 ] configuration.manager=capsman datapath=cap \
    disabled=no
set [ find default-name=wifi2 ] configuration.manager=capsman datapath=cap \
    disabled=no
/snmp community
set [ find default=yes ] addresses=10.10.0.0/24
/user group
add name=netops policy="ssh,reboot,read,write,test,sensitive,api,policy,!local\
    ,!telnet,!ftp,!winbox,!password,!web,!sniff,!romon,!rest-api"
/interface bridge port
add bridge=bridge interface=ether1 pvid=10
/interface bridge vlan
add bridge=bridge comment=Manajemen tagged=bridge untagged=ether1 vlan-ids=10
add bridge=bridge comment=Kantor tagged=ether1 vlan-ids=20
/interface bridge
set [ find name=bridge ] vlan-filtering=yes
/interface wifi cap
set discovery-interfaces=vlan10-mgmt enabled=yes slaves-datapath=cap
/ip address
add address=10.10.0.21/24 comment=Manajemen interface=vlan10-mgmt
/ip route
add dst-address=0.0.0.0/0 gateway=10.10.0.1
/ip service
set telnet disabled=yes
set ftp disabled=yes
set www disabled=yes
/snmp
set contact="Helpdesk PTIPD" enabled=yes location="Gedung Aula, plafon timur"
/system clock
set time-zone-name=Asia/Jakarta
/system identity
set name=ap-aula
/user
set [ find name=admin ] disabled=yes
