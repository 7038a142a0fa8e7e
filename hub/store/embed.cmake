# Makes the header that carries the Lua scripts: their text, its SHA1 (the name Redis knows them by), and how many
# KEYS and ARGS of fixed place each has, counted from its own header lines, so that C can assert what it sends.
# Usage: cmake -DDIR=… -DOUT=… -DSCRIPTS=accept,commit,… -P embed.cmake
string(REPLACE "," ";" names "${SCRIPTS}")
set(enum "")
set(counts "")
set(texts "")
set(rows "")

function(count_fixed text what ret)
	string(REGEX MATCH "-- ${what}: [^\n]*" line "${text}")
	if(NOT line)
		message(FATAL_ERROR "a script has no line '-- ${what}: '")
	endif()
	string(REGEX REPLACE "^-- ${what}: " "" line "${line}")
	string(REGEX REPLACE "\\[.*$" "" line "${line}")
	string(REGEX MATCHALL "[a-z_]+" found "${line}")
	list(LENGTH found n)
	set(${ret} ${n} PARENT_SCOPE)
endfunction()

foreach(name IN LISTS names)
	file(READ ${DIR}/${name}.lua text)
	file(READ ${DIR}/${name}.lua hex HEX)
	file(SHA1 ${DIR}/${name}.lua sha1)
	count_fixed("${text}" KEYS keys)
	count_fixed("${text}" ARGS args)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	string(TOUPPER ${name} upper)
	string(APPEND enum "\tSCRIPT_${upper},\n")
	string(APPEND counts "#define SCRIPT_${upper}_KEYS ${keys}\n#define SCRIPT_${upper}_ARGS ${args}\n")
	string(APPEND texts "static const char ${name}_text[] = {${bytes}};\n")
	string(APPEND rows "\t{ \"${name}\", \"${sha1}\", ${name}_text, sizeof(${name}_text) },\n")
endforeach()

file(WRITE ${OUT}.new "/* scripts.h: made by embed.cmake from the files in lua/. */
#ifndef TANDEM_STORE_SCRIPTS_H
#define TANDEM_STORE_SCRIPTS_H

#include <stddef.h>

enum script {
	SCRIPT_NONE, /* a plain command */
${enum}	SCRIPT_COUNT
};
${counts}
struct script_source {
	const char *name, *sha1, *text;
	size_t len;
};

#ifdef SCRIPTS_WITH_TEXT
${texts}
static const struct script_source script_sources[SCRIPT_COUNT] = {
	{ \"\", \"\", \"\", 0 },
${rows}};
#endif

#endif
")
configure_file(${OUT}.new ${OUT} COPYONLY)
file(REMOVE ${OUT}.new)
