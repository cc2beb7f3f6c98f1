#include "kiosk/ui/stage.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

#include "kiosk/ui/first_pages.h"
#include "kiosk/ui/memory.h"

namespace yizhan::ui {

Result<std::unique_ptr<Stage>> Stage::open(float px_per_mm, const Theme& theme, float zoom) {
  if (const Status mapped = map_fonts(); !mapped) return mapped.error();
  std::unique_ptr<Stage> stage(new Stage(px_per_mm, theme, zoom));
  stage->build();
  return stage;
}

Stage::~Stage() { tear_down(); }

void Stage::build() {
  ImGui::SetAllocatorFunctions(clean_alloc, clean_free);
  context_ = ImGui::CreateContext();
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendRendererName = "yizhan_raster";
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
  io.Fonts->TexDesiredFormat = ImTextureFormat_Alpha8;
  io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors | ImFontAtlasFlags_NoBakedLines;
  ImGuiStyle& style = ImGui::GetStyle();
  style.AntiAliasedLinesUseTex = false;  // the rasteriser knows no textured lines
  style.CircleTessellationMaxError = .15f;
  kit_ = std::make_unique<Kit>(ppm_, theme_, zoom_);
  kit_->set_keys(keys_);
  kit_->set_motion(motion_);
  raster_.forget();
}

void Stage::tear_down() {
  ImGui::SetCurrentContext(context_);
  kit_.reset();
  // The atlas insists that its texture was given back.
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    texture->SetTexID(ImTextureID_Invalid);
    texture->SetStatus(ImTextureStatus_Destroyed);
  }
  ImGui::DestroyContext(context_);
  context_ = nullptr;
}

std::span<const PixelRect> Stage::frame(const Pixels& target, double now, const std::function<void(Ui&)>& draw, bool full) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(target.width), static_cast<float>(target.height)};
  io.DeltaTime = static_cast<float>(std::clamp(now - before_, 1e-4, 1.0));
  before_ = now;
  ImGui::NewFrame();
  ImDrawList* list = ImGui::GetBackgroundDrawList();
  kit_->begin(*list, target.width, target.height, now);
  draw(*kit_);
  kit_->end();
  ImGui::Render();
  learn_first_pages();
  const auto& textures = ImGui::GetPlatformIO().Textures;
  if (std::any_of(textures.begin(), textures.end(), [](const ImTextureData* t) { return t->Status == ImTextureStatus_WantCreate || t->Status == ImTextureStatus_WantUpdates; })) rest_fonts();
  const Rgb paper = colour(Ink::Paper, theme_.contrast);
  const auto ground = static_cast<std::uint32_t>(paper.r) << 16 | static_cast<std::uint32_t>(paper.g) << 8 | paper.b;
  return raster_.paint(*ImGui::GetDrawData(), target, ground, full);
}

void Stage::set_theme(const Theme& theme) {
  theme_ = theme;
  kit_->set_theme(theme);
}

void Stage::set_keys(const FiveKeys& keys) {
  keys_ = keys;
  kit_->set_keys(keys);
}

void Stage::set_motion(bool on) {
  motion_ = on;
  kit_->set_motion(on);
}

void Stage::wipe() {
  tear_down();
  scrub_heap();
  build();
}

}  // namespace yizhan::ui
