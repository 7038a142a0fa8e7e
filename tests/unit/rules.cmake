# The tests of rules/, one program a module; rules_help.c is what they share.
<<<<<<< HEAD
foreach(module base csv timefmt calendar lifecycle text codes event pack decide import scope calendar_import)
=======
foreach(module base csv timefmt calendar lifecycle text codes event pack decide explain check)
>>>>>>> 1d7e9e7 (rules: explain says the value met, the climb, what was overridden and the deadline's days; tests of the check)
	tandem_test(test_${module} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${module}.c
		${CMAKE_CURRENT_LIST_DIR}/rules_help.c LIBS tandem_rules)
endforeach()
