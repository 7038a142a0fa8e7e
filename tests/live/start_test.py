"""What hub/start and tests/run do before there is a program (hub/prepare.sh), in a folder whose name has a space: built again where it was moved
to, and what a newcomer is told who may not write there."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534


class Start(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.above = pathlib.Path(folder.name)
        self.above.chmod(0o755)
        self.root = self.above / "my work"
        (self.root / "hub").mkdir(parents=True)
        for name in ("start", "prepare.sh"):
            shutil.copy(HERE / "hub" / name, self.root / "hub" / name)

    def step(self, words, within=".", **more):
        script = f'set -eu; root=$1; . "$root/hub/prepare.sh"; cd "$root/{within}"; {words}'
        return subprocess.run(["sh", "-c", script, "sh", str(self.root)], capture_output=True, text=True, timeout=180, check=False, **more)

    def test_what_was_moved_is_built_again(self):
        (self.root / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(x NONE)\n"
                                                  "file(TOUCH ${CMAKE_BINARY_DIR}/configured)\n", encoding="utf-8")
        self.assertEqual(self.step("build_hub build").returncode, 0)
        cache = (self.root / "build/CMakeCache.txt").stat().st_ino
        self.assertEqual(self.step("build_hub build").returncode, 0)
        self.root = self.root.rename(self.above / "elsewhere")
        answer = self.step("build_hub build")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("elsewhere", (self.root / "build/CMakeCache.txt").read_text(encoding="utf-8"))
        self.assertNotEqual((self.root / "build/CMakeCache.txt").stat().st_ino, cache)

    def test_who_may_not_write_there_is_told_so_and_nothing_else(self):
        self.root.chmod(0o555)
        self.addCleanup(self.root.chmod, 0o755)
        asks = {"user": NOBODY} if os.geteuid() == 0 else {}
        answer = subprocess.run([self.root / "hub/start", "--demo"], capture_output=True, text=True, timeout=60, check=False, **asks)
        self.assertEqual((answer.returncode, answer.stdout), (1, ""))
        self.assertRegex(answer.stderr, r"^failed: /.*/my work cannot be written to by \w+: start as \w+, or in a clone of your own\n$")

    def test_a_page_whose_building_was_interrupted_is_built_again(self):
        dist = self.root / "dashboard/dist"
        (dist / "assets").mkdir(parents=True)
        is_stale = lambda: self.step("page_is_stale", within="dashboard").returncode == 0
        self.assertTrue(is_stale())
        for name in ("index.html", "assets/a.js", "index.html.br"):
            (dist / name).touch()
            self.assertTrue(is_stale(), name)
        (dist / "assets/a.js.br").touch()
        self.assertFalse(is_stale())

    def test_an_interrupted_installation_forbids_services_no_longer(self):
        answer = self.step("packages_missing() { echo some; }; sudo() { :; }; services_forbid() { touch forbidden; };"
                           "services_allow() { rm forbidden; }; as_root() { cp forbidden seen; kill -TERM $$; }; packages_install some")
        self.assertEqual(answer.returncode, 130, answer.stderr)
        self.assertTrue((self.root / "seen").exists())
        self.assertFalse((self.root / "forbidden").exists())

    def test_two_that_start_at_once_build_one_after_the_other(self):
        answer = self.step("build_begin; (build_begin > said; echo second >> order) & until grep -sq waits said || [ -e order ]; do sleep 0.05; done;"
                           "echo first >> order; build_end; wait")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual((self.root / "order").read_text(encoding="utf-8"), "first\nsecond\n")

    def test_what_failed_is_named(self):
        answer = self.step("quietly log as_root false")
        self.assertRegex(answer.stderr, r"(?m)^failed: false \(all of it is in log\)$")


if __name__ == "__main__":
    unittest.main()
