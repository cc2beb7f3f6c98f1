# Dear ImGui 1.92 from Debian's unpacked source package (packaging/fetch_imgui.sh). We use its fonts and draw lists only:
# input, widgets and the renderer are our own, so no backend is compiled.
set(IMGUI_DIR ${CMAKE_SOURCE_DIR}/third_party/imgui)
if(NOT EXISTS ${IMGUI_DIR}/imgui.h)
  message(FATAL_ERROR "Dear ImGui is missing: run packaging/setup.sh first")
endif()
add_library(imgui192 STATIC ${IMGUI_DIR}/imgui.cpp ${IMGUI_DIR}/imgui_draw.cpp ${IMGUI_DIR}/imgui_tables.cpp
  ${IMGUI_DIR}/imgui_widgets.cpp ${IMGUI_DIR}/misc/freetype/imgui_freetype.cpp)
target_include_directories(imgui192 SYSTEM PUBLIC ${IMGUI_DIR} ${IMGUI_DIR}/misc/freetype)
# PUBLIC because they change the ABI: every file that includes imgui.h must see the same ImWchar.
# No SSE: its reciprocal square root is rounded differently by each maker of processors, and our pictures are the same everywhere.
target_compile_definitions(imgui192 PUBLIC IMGUI_USE_WCHAR32 IMGUI_ENABLE_FREETYPE IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_SSE
  IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_DEBUG_TOOLS IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS)
target_compile_options(imgui192 PRIVATE -w)
target_link_libraries(imgui192 PUBLIC Freetype::Freetype)
