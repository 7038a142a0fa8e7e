# The byte entries of rules/.
foreach(entry event pack csv cell reply)
	tandem_fuzz(fuzz_${entry} CORPUS ${entry} SOURCES fuzz_${entry}.c LIBS tandem_rules)
endforeach()
