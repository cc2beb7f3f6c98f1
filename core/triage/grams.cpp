#include "core/triage/grams.h"

#include <algorithm>
#include <array>

namespace yizhan::triage {
namespace {

struct Fold {
  char32_t from, to;
};
// The training text is in simplified characters. Only what people type most in complaints; the rest simply says nothing.
constexpr std::u32string_view traditional =
    U"國們這來時個為說會對開發學過還後電動車機場業產員長門問間東體點見題實無現將區縣鄉鎮處務職費錢銀價質樓廳廠衛醫護藥療師訓課讀書園環氣廢煙塵聲響鐵運橋線輛"
    U"駕駛龍頭損壞壓給約證據戶黨幹選舉報調討論訴訟審決執條權屬營賣買貨資訊網絡訂單賠償獎勵補貼農莊畝種樹養魚雞豬廣闊聯繫辦構設計劃規範監檢應該請讓誰邊遠進達"
    U"遷徵築裝飾漲倉庫墻牆顧麗溝灣島嶼災難險傷殘軍隊華僑異鄰壩";
constexpr std::u32string_view simplified =
    U"国们这来时个为说会对开发学过还后电动车机场业产员长门问间东体点见题实无现将区县乡镇处务职费钱银价质楼厅厂卫医护药疗师训课读书园环气废烟尘声响铁运桥线辆"
    U"驾驶龙头损坏压给约证据户党干选举报调讨论诉讼审决执条权属营卖买货资讯网络订单赔偿奖励补贴农庄亩种树养鱼鸡猪广阔联系办构设计划规范监检应该请让谁边远进达"
    U"迁征筑装饰涨仓库墙墙顾丽沟湾岛屿灾难险伤残军队华侨异邻坝";
static_assert(traditional.size() == simplified.size());

constexpr auto folds = [] {
  std::array<Fold, traditional.size()> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {traditional[i], simplified[i]};
  std::sort(table.begin(), table.end(), [](const Fold& a, const Fold& b) { return a.from < b.from; });
  return table;
}();

char32_t folded(char32_t c) {
  if (c >= 0xff01 && c <= 0xff5e) c -= 0xfee0;
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c < 0x3400) return c;
  const auto at = std::lower_bound(folds.begin(), folds.end(), c, [](const Fold& f, char32_t x) { return f.from < x; });
  return at != folds.end() && at->from == c ? at->to : c;
}

bool digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool latin(char32_t c) { return c >= U'a' && c <= U'z'; }
bool ideograph(char32_t c) { return (c >= 0x3400 && c < 0xa000) || (c >= 0x20000 && c < 0x32000); }

/// The next character of any bytes; a byte that begins none is a space.
char32_t take(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
  if (more == 0 || first >= 0xf5 || at + static_cast<std::size_t>(more) > text.size()) return U' ';
  char32_t c = static_cast<char32_t>(first & (0x3f >> more));
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return U' ';
    c = (c << 6) | (next & 0x3f);
  }
  at += static_cast<std::size_t>(more);
  return c;
}

constexpr char32_t a_place = U'§', a_number = U'0';

}  // namespace

void normalise(std::string_view text, std::u32string& out) {
  // Two passes over one buffer: first characters, then signs; the second never gets ahead of the first.
  const std::size_t begin = out.size();
  for (std::size_t at = 0; at < text.size() && out.size() - begin < read_characters_max;) out.push_back(folded(take(text, at)));
  std::size_t to = begin;
  const auto put = [&](char32_t c) {
    if (c == U' ' && (to == begin || out[to - 1] == U' ')) return;
    out[to++] = c;
  };
  bool after_latin = false;
  for (std::size_t i = begin; i < out.size();) {
    const char32_t c = out[i];
    if (c >= U'a' && c <= U'm' && !after_latin) {
      std::size_t j = i + 1;
      while (j < out.size() && digit(out[j])) ++j;
      if (j < out.size() && (out[j] == U'省' || out[j] == U'市' || out[j] == U'区' || out[j] == U'县')) {
        put(a_place);
        i = j + 1;
        continue;
      }
    }
    after_latin = latin(c);
    if (digit(c)) {
      while (i < out.size() && (digit(out[i]) || out[i] == U'.')) ++i;
      put(a_number);
      continue;
    }
    put(latin(c) || ideograph(c) ? c : U' ');
    ++i;
  }
  out.resize(to);
}

}  // namespace yizhan::triage
