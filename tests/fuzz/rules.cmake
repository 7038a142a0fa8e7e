# The byte entries of rules/.
foreach(entry event pack sent csv cell reply time file evidence)
	tandem_fuzz(fuzz_${entry} CORPUS ${entry} SOURCES fuzz_${entry}.c LIBS tandem_rules)
endforeach()

# What other systems export.
foreach(entry permits cases)
	tandem_fuzz(fuzz_${entry} CORPUS ${entry} SOURCES fuzz_${entry}.c fuzz_import.c LIBS tandem_rules)
endforeach()
foreach(entry notice scope)
	tandem_fuzz(fuzz_${entry} CORPUS ${entry} SOURCES fuzz_${entry}.c LIBS tandem_rules)
endforeach()
