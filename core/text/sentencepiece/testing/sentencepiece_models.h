#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_TESTING_SENTENCEPIECE_MODELS_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_TESTING_SENTENCEPIECE_MODELS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/sentencepiece/sentencepiece_model.pb.h"

namespace frazo::text {

// For tests: a model with the pieces <unk>, <s>, </s> and then these pieces with their scores. It
// changes nothing in a text but blanks.
SentencePieceModel SmallModel(SentencePieceModel::ModelType type,
                              const std::vector<std::pair<std::string, float>>& pieces);

void AddPiece(SentencePieceModel::PieceType type, std::string_view text, SentencePieceModel* model);

// Adds the 256 byte pieces to the model.
void AddBytePieces(SentencePieceModel* model);

// Makes rules in the form of NormalizerSpec.precompiled_charsmap that replace each single byte of
// `rules` by a text.
std::string ByteRules(const std::vector<std::pair<char, std::string>>& rules);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_TESTING_SENTENCEPIECE_MODELS_H_
