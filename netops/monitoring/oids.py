"""Object identifiers that the pollers ask for, as data with their sources; no names are looked up at run time."""

Oid = str
"""Dotted, without a leading dot."""

# RFC 3418, SNMPv2-MIB. sysUpTime: hundredths of a second since the agent restarted; wraps after 497 days.
SYS_OBJECT_ID: Oid = "1.3.6.1.2.1.1.2.0"
SYS_UPTIME: Oid = "1.3.6.1.2.1.1.3.0"
MIKROTIK = "1.3.6.1.4.1.14988"  # sysObjectID of every RouterOS device, as recorded of an RB750Gr3 and an RB2011iL
CISCO = "1.3.6.1.4.1.9"

# RFC 2863, IF-MIB. ifDescr is the interface's name as the configuration writes it, on RouterOS as on IOS (there ifName is
# the short form, Gi1/0/1). ifTableLastChange and ifNumber tell of rows that came or went, where an agent has them.
IF_NUMBER: Oid = "1.3.6.1.2.1.2.1.0"
IF_TABLE_LAST_CHANGE: Oid = "1.3.6.1.2.1.31.1.5.0"
IF_ENTRY = "1.3.6.1.2.1.2.2.1"
IF_DESCR: Oid = f"{IF_ENTRY}.2"
IF_SPEED: Oid = f"{IF_ENTRY}.5"  # bit/s, Gauge32
IF_ADMIN_STATUS: Oid = f"{IF_ENTRY}.7"
IF_OPER_STATUS: Oid = f"{IF_ENTRY}.8"
UP = 1
IF_IN_OCTETS: Oid = f"{IF_ENTRY}.10"  # Counter32: asked only where there are none of 64 bits
IF_OUT_OCTETS: Oid = f"{IF_ENTRY}.16"
IF_IN_DISCARDS: Oid = f"{IF_ENTRY}.13"
IF_OUT_DISCARDS: Oid = f"{IF_ENTRY}.19"
IF_IN_ERRORS: Oid = f"{IF_ENTRY}.14"
IF_OUT_ERRORS: Oid = f"{IF_ENTRY}.20"
IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
IF_HC_IN_OCTETS: Oid = f"{IF_X_ENTRY}.6"
IF_HC_OUT_OCTETS: Oid = f"{IF_X_ENTRY}.10"
IF_HIGH_SPEED: Oid = f"{IF_X_ENTRY}.15"  # Mbit/s, rounded
HIGH_SPEED_UNIT = 1_000_000
IF_ALIAS: Oid = f"{IF_X_ENTRY}.18"
IF_DISCONTINUITY: Oid = f"{IF_X_ENTRY}.19"
COUNTER32 = 2**32

# RFC 2790, HOST-RESOURCES-MIB. hrProcessorLoad: per cent over the last minute, one row for each processor; hrStorage: a
# recorded RB750Gr3 shows its memory as "main memory" of type hrStorageRam, size and use in allocation units.
HR_PROCESSOR_LOAD: Oid = "1.3.6.1.2.1.25.3.3.1.2"
HR_STORAGE_TYPE: Oid = "1.3.6.1.2.1.25.2.3.1.2"
HR_STORAGE_SIZE: Oid = "1.3.6.1.2.1.25.2.3.1.5"
HR_STORAGE_USED: Oid = "1.3.6.1.2.1.25.2.3.1.6"
HR_STORAGE_RAM = "1.3.6.1.2.1.25.2.1.2"

# CISCO-PROCESS-MIB cpmCPUTotal1minRev (IOS has no hrProcessorLoad); CISCO-MEMORY-POOL-MIB, whose pool 1 is the
# processor's: octets used and free.
CPM_CPU_TOTAL_1MIN: Oid = "1.3.6.1.4.1.9.9.109.1.1.1.1.7"
CISCO_POOL_USED: Oid = "1.3.6.1.4.1.9.9.48.1.1.1.5.1"
CISCO_POOL_FREE: Oid = "1.3.6.1.4.1.9.9.48.1.1.1.6.1"

# MIKROTIK-MIB. Simple queues count both ways: which of "In" and "Out" is upload the MIB does not say (`actions/calibrating`).
# The index of a queue is the decimal of its `.id`. mtxrGauge: name, value, unit (1 °C, 2 rpm, 3 0.1 V, 4 0.1 A, 5 0.1 W).
QUEUE_NAME: Oid = f"{MIKROTIK}.1.1.2.1.1.2"
QUEUE_BYTES_IN: Oid = f"{MIKROTIK}.1.1.2.1.1.8"
QUEUE_BYTES_OUT: Oid = f"{MIKROTIK}.1.1.2.1.1.9"
QUEUE_DROPPED_IN: Oid = f"{MIKROTIK}.1.1.2.1.1.14"
QUEUE_DROPPED_OUT: Oid = f"{MIKROTIK}.1.1.2.1.1.15"
TREE_NAME: Oid = f"{MIKROTIK}.1.1.2.2.1.2"
TREE_BYTES: Oid = f"{MIKROTIK}.1.1.2.2.1.5"  # Counter32
TREE_HC_BYTES: Oid = f"{MIKROTIK}.1.1.2.2.1.7"
TREE_DROPPED: Oid = f"{MIKROTIK}.1.1.2.2.1.9"
GAUGE_NAME: Oid = f"{MIKROTIK}.1.1.3.100.1.2"
GAUGE_VALUE: Oid = f"{MIKROTIK}.1.1.3.100.1.3"
# mtxrHotspotActiveUserServerID: one row for each login; its index is not accessible.
HOTSPOT_SERVER: Oid = f"{MIKROTIK}.1.1.5.1.1.2"

# CISCO-CLASS-BASED-QOS-MIB. A policy is a policy-map on an interface in a direction; its objects (maps, classes, matches,
# actions) are indexed by policy and object, and name what was configured by its index.
QOS_DIRECTION: Oid = "1.3.6.1.4.1.9.9.166.1.1.1.1.3"
QOS_IF_INDEX: Oid = "1.3.6.1.4.1.9.9.166.1.1.1.1.4"
QOS_INPUT = 1
QOS_CONFIG: Oid = "1.3.6.1.4.1.9.9.166.1.5.1.1.2"
QOS_TYPE: Oid = "1.3.6.1.4.1.9.9.166.1.5.1.1.3"
QOS_CLASS_MAP = 2
QOS_PARENT: Oid = "1.3.6.1.4.1.9.9.166.1.5.1.1.4"
QOS_POLICY_NAME: Oid = "1.3.6.1.4.1.9.9.166.1.6.1.1.1"
QOS_CLASS_NAME: Oid = "1.3.6.1.4.1.9.9.166.1.7.1.1.1"
QOS_BYTES: Oid = "1.3.6.1.4.1.9.9.166.1.15.1.1.9"  # cbQosCMPostPolicyByte, Counter32
QOS_HC_BYTES: Oid = "1.3.6.1.4.1.9.9.166.1.15.1.1.10"
QOS_DROPPED: Oid = "1.3.6.1.4.1.9.9.166.1.15.1.1.13"  # cbQosCMDropPkt, Counter32
QOS_HC_DROPPED: Oid = "1.3.6.1.4.1.9.9.166.1.15.1.1.14"
