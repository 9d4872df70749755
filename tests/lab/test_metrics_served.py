"""`netops serve --metrics`: a process of its own answers a scrape over HTTP, and stops with the server."""

import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from netops import __version__
from netops.cli.main import main
from netops.data_root import init_workspace
from netops.settings import DEFAULT

RUN = [sys.executable, "-c", "import sys; from netops.cli.main import main; sys.exit(main())"]


def test_a_scrape_is_answered_while_netops_serves(tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    init_workspace(workspace, settings=DEFAULT)
    command = [*RUN, "-C", str(workspace), "--lang", "en", "serve", "--metrics", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "looking every" not in said:
                said += process.stderr.readline()
                assert process.poll() is None, said
            found = re.search(r"metrics at http://127\.0\.0\.1:(\d+)/metrics", said)
            assert found is not None
            line = HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
            line.request("GET", "/metrics")
            text = line.getresponse().read().decode()
            line.close()
            told = {one.name: one for family in text_string_to_metric_families(text) for one in family.samples}
            assert told["netops_build_info"].labels == {"version": __version__}
            assert told["netops_log_entries"].value == 0
            assert told["netops_uplink_contract_bytes_per_second"].labels["site"].startswith("kampus")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        assert process.returncode == 0


def test_an_address_that_is_none_is_told_before_anything_is_served(tmp_path: Path) -> None:
    init_workspace(tmp_path, settings=DEFAULT.replace('listen = ""', 'listen = "everywhere"', 1))
    assert main(["-C", str(tmp_path), "serve"]) == 2
