#include "core/text/sentencepiece/testing/sentencepiece_models.h"

#include <cstdint>
#include <cstdio>

namespace frazo::text {

SentencePieceModel SmallModel(SentencePieceModel::ModelType type,
                              const std::vector<std::pair<std::string, float>>& pieces) {
  SentencePieceModel model;
  model.mutable_trainer_spec()->set_model_type(type);
  AddPiece(SentencePieceModel::UNKNOWN, "<unk>", &model);
  AddPiece(SentencePieceModel::CONTROL, "<s>", &model);
  AddPiece(SentencePieceModel::CONTROL, "</s>", &model);
  for (const auto& [text, score] : pieces) {
    AddPiece(SentencePieceModel::NORMAL, text, &model);
    model.mutable_pieces()->rbegin()->set_score(score);
  }
  return model;
}

void AddPiece(SentencePieceModel::PieceType type, std::string_view text,
              SentencePieceModel* model) {
  SentencePieceModel::Piece* piece = model->add_pieces();
  piece->set_type(type);
  piece->set_text(std::string(text));
}

void AddBytePieces(SentencePieceModel* model) {
  model->mutable_trainer_spec()->set_byte_fallback(true);
  for (int byte = 0; byte < 256; ++byte) {
    char name[16];
    snprintf(name, sizeof(name), "<0x%02X>", byte);
    AddPiece(SentencePieceModel::BYTE, name, model);
  }
}

std::string ByteRules(const std::vector<std::pair<char, std::string>>& rules) {
  // A double array in darts-clone's layout. Unit 0 is the root; its offset (from bit 10 on) is 256.
  // The child for byte b is unit 256 ^ b: its label is b, bit 8 says that it has a value, and its
  // offset leads to the value, a unit with the highest bit set.
  std::vector<uint32_t> units(1024, 0xff);  // A label that no rule here has.
  units[0] = 256u << 10;
  std::string replacements;
  for (const auto& [byte, replacement] : rules) {
    const auto label = static_cast<unsigned char>(byte);
    const uint32_t node = 256u ^ label;
    const uint32_t leaf = 512u + label;
    units[node] = (node ^ leaf) << 10 | 1u << 8 | label;
    units[leaf] = 1u << 31 | static_cast<uint32_t>(replacements.size());
    replacements.append(replacement).push_back('\0');
  }
  std::string blob;
  const auto append = [&](uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) blob.push_back(static_cast<char>(number >> shift));
  };
  append(static_cast<uint32_t>(units.size() * sizeof(uint32_t)));
  for (const uint32_t unit : units) append(unit);
  return blob + replacements;
}

}  // namespace frazo::text
