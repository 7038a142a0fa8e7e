# The tests of rules/, one program a module; rules_help.c is what they share.
foreach(module base csv timefmt calendar lifecycle text reply codes event pack pack_kept decide explain check ruling import import_date scope calendar_import file_type phrase evidence)
	tandem_test(test_${module} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${module}.c
		${CMAKE_CURRENT_LIST_DIR}/rules_help.c LIBS tandem_rules)
endforeach()
