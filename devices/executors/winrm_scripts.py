"""PowerShell of the ready-made WinRM calls, and how their JSON is read.

Every value is put in as a quoted literal, so that no name can carry a command.
"""

from __future__ import annotations

import json
from typing import Any

from devices.executors.winrm import quoted

ACTIONS = {"start": "Start-Service", "stop": "Stop-Service", "restart": "Restart-Service"}
MAX_EVENTS, MAX_DELAY_S = 1000, 86_400
JSON = " | ConvertTo-Json -Depth 3 -Compress"


def system_info() -> str:
    """What the machine is."""
    return (
        "$os = Get-CimInstance Win32_OperatingSystem; $pc = Get-CimInstance Win32_ComputerSystem; "
        "[pscustomobject]@{hostname=$env:COMPUTERNAME; os=$os.Caption; version=$os.Version; "
        "architecture=$os.OSArchitecture; manufacturer=$pc.Manufacturer; model=$pc.Model; "
        "domain=$pc.Domain; memory_bytes=$pc.TotalPhysicalMemory; "
        "last_boot=$os.LastBootUpTime.ToUniversalTime().ToString('o')}" + JSON
    )


def services(name: str = "", status: str = "") -> str:
    """Services by name (wildcards allowed) and state."""
    chosen = f" -Name {quoted(name)}" if name else ""
    where = f" | Where-Object {{ $_.Status -eq {quoted(status)} }}" if status else ""
    return (
        f"Get-Service{chosen}{where} | Select-Object @{{n='name';e={{$_.Name}}}}, "
        "@{n='display_name';e={$_.DisplayName}}, @{n='status';e={$_.Status.ToString()}}, "
        "@{n='start_type';e={$_.StartType.ToString()}}" + JSON
    )


def manage_service(name: str, action: str) -> str:
    """Start, stop or restart a service; answers its state afterwards."""
    return (
        f"$ErrorActionPreference = 'Stop'; {ACTIONS[action]} -Name {quoted(name)}; "
        f"(Get-Service -Name {quoted(name)}).Status.ToString()"
    )


def processes(name: str = "") -> str:
    """Processes, the biggest first."""
    chosen = f" -Name {quoted(name)}" if name else ""
    return (
        f"Get-Process{chosen} | Sort-Object WorkingSet64 -Descending | Select-Object "
        "@{n='id';e={$_.Id}}, @{n='name';e={$_.ProcessName}}, @{n='cpu_s';e={$_.CPU}}, "
        "@{n='memory_bytes';e={$_.WorkingSet64}}" + JSON
    )


def event_log(log: str, entry_type: str, newest: int) -> str:
    """The newest entries of an event log."""
    kind = f" -EntryType {quoted(entry_type)}" if entry_type else ""
    return (
        f"Get-EventLog -LogName {quoted(log)}{kind} -Newest {int(newest)} | Select-Object "
        "@{n='index';e={$_.Index}}, @{n='time';e={$_.TimeGenerated.ToUniversalTime()"
        ".ToString('o')}}, @{n='entry_type';e={$_.EntryType.ToString()}}, "
        "@{n='source';e={$_.Source}}, @{n='event_id';e={$_.InstanceId}}, "
        "@{n='message';e={$_.Message}}" + JSON
    )


def disk_space() -> str:
    """Local disks."""
    return (
        "Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Select-Object "
        "@{n='drive';e={$_.DeviceID}}, @{n='label';e={$_.VolumeName}}, "
        "@{n='size_bytes';e={$_.Size}}, @{n='free_bytes';e={$_.FreeSpace}}" + JSON
    )


def network_config() -> str:
    """Network adapters that have an address."""
    return (
        "Get-CimInstance Win32_NetworkAdapterConfiguration -Filter 'IPEnabled=True' | "
        "Select-Object @{n='description';e={$_.Description}}, "
        "@{n='mac_address';e={$_.MACAddress}}, @{n='ip_addresses';e={@($_.IPAddress)}}, "
        "@{n='gateways';e={@($_.DefaultIPGateway)}}, "
        "@{n='dns_servers';e={@($_.DNSServerSearchOrder)}}, @{n='dhcp';e={$_.DHCPEnabled}}" + JSON
    )


def power(flag: str, *, force: bool, delay_s: int) -> str:
    """The command line that restarts (`/r`) or shuts down (`/s`) a machine."""
    return f"shutdown {flag} /t {int(delay_s)}{' /f' if force else ''}"


def read_json(text: str) -> Any:
    """Return what a script printed, or nothing when it is no JSON."""
    try:
        return json.loads(text.strip() or "null")
    except ValueError:
        return None


def as_list(found: Any) -> list[Any]:
    """Return a list: PowerShell prints one object without brackets, and none as nothing."""
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
