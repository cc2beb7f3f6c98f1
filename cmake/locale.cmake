# The words' catalogues: assets/locale/*.po → share/locale/<language>/LC_MESSAGES/yizhan.mo. Updated by packaging/words.sh.
find_program(MSGFMT msgfmt)
if(NOT MSGFMT)
  message(FATAL_ERROR "gettext is missing: run packaging/setup.sh first")
endif()
set(catalogues)
foreach(language zh_CN en)
  set(po ${CMAKE_SOURCE_DIR}/assets/locale/${language}.po)
  set(mo ${CMAKE_BINARY_DIR}/share/locale/${language}/LC_MESSAGES/yizhan.mo)
  add_custom_command(OUTPUT ${mo}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/share/locale/${language}/LC_MESSAGES
    COMMAND ${MSGFMT} --check-header -o ${mo} ${po}
    DEPENDS ${po} COMMENT "Compiling the words in ${language}" VERBATIM)
  list(APPEND catalogues ${mo})
endforeach()
add_custom_target(catalogues ALL DEPENDS ${catalogues})
