#ifndef FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_PORTABLE_H_
#define FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_PORTABLE_H_

#include "core/kernels/gemm/panel_tile.h"

namespace frazo::gemm {

// A tile's product on any processor.
void MultiplyTilePortable(const PanelTile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_PORTABLE_H_
