"""Object identifiers that the poller asks for, as data with their sources; no names are looked up at run time."""

Oid = tuple[int, ...]

# RFC 3418, SNMPv2-MIB: sysUpTime, hundredths of a second since the agent restarted; wraps after 497 days.
SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3)

# RFC 2863, IF-MIB, ifTable. ifDescr is the interface's name as the configuration writes it, on RouterOS as on IOS
# (there ifName is the short form, Gi1/0/1).
IF_DESCR: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 2)
IF_OPER_STATUS: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
OPER_UP = 1

# RFC 2863, IF-MIB, ifXTable: Counter64 octets since ifCounterDiscontinuityTime; ifHighSpeed in Mbit/s, rounded.
IF_HC_IN_OCTETS: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
IF_HC_OUT_OCTETS: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 10)
IF_HIGH_SPEED: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15)
HIGH_SPEED_UNIT = 1_000_000

# RFC 2863, IF-MIB, ifTable: packets that could not be taken in or sent because of errors, Counter32.
IF_IN_ERRORS: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 14)
IF_OUT_ERRORS: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 20)
COUNTER32 = 2**32

# RFC 2790, HOST-RESOURCES-MIB hrProcessorLoad: per cent over the last minute, one row for each processor (RouterOS).
HR_PROCESSOR_LOAD: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2)
# CISCO-PROCESS-MIB cpmCPUTotal1minRev: per cent over the last minute, one row for each processor (IOS has no hrProcessorLoad).
CPM_CPU_TOTAL_1MIN: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 109, 1, 1, 1, 1, 7)
CPU_COLUMNS: tuple[Oid, ...] = (HR_PROCESSOR_LOAD, CPM_CPU_TOTAL_1MIN)

INTERFACE_COLUMNS: tuple[Oid, ...] = (IF_DESCR, IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS, IF_HIGH_SPEED, IF_OPER_STATUS)
COLUMNS: tuple[Oid, ...] = (*INTERFACE_COLUMNS, IF_IN_ERRORS, IF_OUT_ERRORS, *CPU_COLUMNS)
