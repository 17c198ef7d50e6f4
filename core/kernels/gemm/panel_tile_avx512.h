#ifndef FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_AVX512_H_
#define FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_AVX512_H_

#include "core/kernels/gemm/panel_tile.h"

namespace frazo::gemm {

// Whether this processor has what the function below needs: the foundation of AVX-512.
bool HasAvx512();

// Only where HasAvx512().
void MultiplyTileAvx512(const PanelTile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_AVX512_H_
