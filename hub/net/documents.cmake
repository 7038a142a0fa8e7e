# Makes the header that carries the two documents.
# Usage: cmake -DDIR=… -DOUT=… -P documents.cmake
set(rows "")
foreach(name openapi asyncapi)
	file(READ ${DIR}/${name}.yaml hex HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	string(APPEND rows "static const unsigned char ${name}_text[] = {${bytes}};\n")
endforeach()
file(WRITE ${OUT} "/* documents.h: made by documents.cmake from openapi.yaml and asyncapi.yaml. */\n${rows}")
