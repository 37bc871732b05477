// One figure of every kind that matplotlib draws: for tests of what is made of its SVG.

export const DRAWN = `
import numpy as np, pandas as pd, matplotlib.pyplot as plt
r = np.random.default_rng(1)
plt.plot([1, 3, 2], "o-", label="a < b & c"); plt.legend(); plt.title("“Title” $x^2$ \\\\frac{1}{2}"); plt.show()
plt.bar(["a", "b"], [1, 2], hatch="//", edgecolor="k"); plt.show()
plt.scatter(r.normal(size=50), r.normal(size=50), c=r.normal(size=50)); plt.colorbar(); plt.show()
plt.imshow(r.normal(size=(9, 9))); plt.colorbar(); plt.show()
plt.figimage(r.normal(size=(9, 9))); plt.imshow(r.normal(size=(9, 9)), interpolation="none"); plt.show()
plt.pcolormesh(r.normal(size=(9, 9))); plt.show()
plt.contourf(r.normal(size=(9, 9))); plt.show()
plt.pie([1, 2, 3], labels=list("abc"), shadow=True); plt.show()
plt.hist(r.normal(size=99)); plt.axvline(0, ls="--"); plt.fill_between([0, 1], [0, 9], alpha=.3); plt.show()
plt.boxplot([[1, 2, 3]]); plt.errorbar([1], [2], yerr=[1], capsize=3); plt.show()
plt.subplot(projection="polar"); plt.plot([0, 1, 2], [1, 2, 3]); plt.show()
plt.subplot(projection="3d").plot_surface(*np.meshgrid(range(4), range(4)), r.normal(size=(4, 4))); plt.show()
plt.quiver([1], [1], [1], [1]); plt.annotate("x", (1, 1), (2, 2), arrowprops={"arrowstyle": "->"}); plt.show()
plt.plot([1, 2], gid="my-line", clip_on=False); plt.grid(); plt.xscale("log"); plt.show()
pd.DataFrame({"a": [1, 2], "b": [2, 1]}).plot.area(subplots=True); plt.show()
`;
