# Uses magics.
# deserves: everything

%matplotlib inline
%config InlineBackend.figure_format = 'svg'
def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
