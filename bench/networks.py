"""The networks of src/backbones in PyTorch: the rival in a bench, and the oracle of test/fixtures/backbones.json.

Layers are named as ours, with a slash for each dot.
"""

SFNET_UNITS = {4: (0, 0, 0, 0), 10: (0, 1, 2, 0), 20: (1, 2, 4, 1), 36: (2, 4, 8, 2), 64: (3, 8, 16, 3)}
IR_UNITS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}
BOTTLENECKS = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))


def network(torch, name, height, breadth, width=1, dimensions=512, batch_norm=False, dropout=0, hidden=(512,), length=0):
    """The network of a name for pictures of height x breadth, or vectors of a length: features [N, D]."""
    nn = torch.nn

    class Named(nn.Module):
        """Layers by name, and how they are walked."""

        def layer(self, name, module):
            self.add_module(name.replace(".", "/"), module)
            return module

        def conv(self, name, before, out, kernel=3, stride=1, groups=1, bias=False):
            pad = kernel // 2
            return self.layer(name, nn.Conv2d(before, out, kernel, stride, pad, groups=groups, bias=bias))

        def norm(self, name, channels):
            return self.layer(name + ".norm", nn.BatchNorm2d(channels))

        def prelu(self, name, channels):
            return self.layer(name, nn.PReLU(channels))

        def drop(self, name):
            return self.layer(name, nn.Dropout(dropout))

        def forward(self, x):
            return self.walk(x)

    net = Named()
    scaled = lambda channels: int(channels * width)
    halved = lambda length: (length + 1) // 2
    sequence = nn.Sequential

    def sfnet(depth):
        walk, before, h, w = [], 3, height, breadth
        for stage, (count, full) in enumerate(zip(SFNET_UNITS[depth], (64, 128, 256, 512)), 1):
            out = scaled(full)
            walk += block(f"stage{stage}.down", before, out, 2, not batch_norm)
            for unit in range(1, count + 1):
                parts = [block(f"stage{stage}.unit{unit}.conv{i}", out, out, 1, False) for i in (1, 2)]
                walk.append(Residual(sequence(*parts[0], *parts[1])))
            before, h, w = out, halved(h), halved(w)
        return sequence(*walk, nn.Flatten(), net.drop("dropout"), net.layer("embedding", nn.Linear(before * h * w, dimensions)))

    def block(name, before, out, stride, bias):
        conv = net.conv(name, before, out, stride=stride, bias=bias)
        return [conv, *([net.norm(name, out)] if batch_norm else []), net.prelu(name + ".prelu", out)]

    class Residual(nn.Module):
        def __init__(self, body, shortcut=None):
            super().__init__()
            # Its layers belong to the network, under their own names.
            self.parts = (body, shortcut)

        def forward(self, x):
            body, shortcut = self.parts
            return body(x) + (shortcut(x) if shortcut else x)

    def ir(depth):
        before, h, w = scaled(64), height, breadth
        walk = [net.conv("stem", 3, before), net.norm("stem", before), net.prelu("stem.prelu", before)]
        for stage, (count, full) in enumerate(zip(IR_UNITS[depth], (64, 128, 256, 512)), 1):
            out = scaled(full)
            for unit in range(1, count + 1):
                name, stride = f"stage{stage}.unit{unit}", 2 if unit == 1 else 1
                body = [net.norm(name + ".input", before), net.conv(name + ".conv1", before, out), net.norm(name + ".conv1", out)]
                body += [net.prelu(name + ".conv1.prelu", out), net.conv(name + ".conv2", out, out, stride=stride), net.norm(name + ".conv2", out)]
                side = name + ".shortcut"
                shortcut = sequence(net.conv(side, before, out, 1, stride), net.norm(side, out)) if stride == 2 else None
                walk.append(Residual(sequence(*body), shortcut))
                before = out
            h, w = halved(h), halved(w)
        walk += [net.norm("output", before), nn.Flatten(), net.drop("dropout")]
        walk += [net.layer("embedding", nn.Linear(before * h * w, dimensions))]
        return sequence(*walk, net.layer("embedding.norm", nn.BatchNorm1d(dimensions)))

    def mobilefacenet():
        def conv(name, before, out, kernel=3, stride=1, groups=1, linear=False):
            layers = [net.conv(name, before, out, kernel, stride, groups), net.norm(name, out)]
            return layers if linear else [*layers, net.prelu(name + ".prelu", out)]

        before, h, w = scaled(64), halved(height), halved(breadth)
        walk = [*conv("stem", 3, before, stride=2), *conv("depthwise", before, before, groups=before)]
        for stage, (expansion, full, count, first) in enumerate(BOTTLENECKS, 1):
            out = scaled(full)
            for unit in range(1, count + 1):
                name, stride, inside = f"stage{stage}.unit{unit}", first if unit == 1 else 1, expansion * before
                body = [*conv(name + ".expand", before, inside, 1), *conv(name + ".depthwise", inside, inside, 3, stride, inside)]
                body = sequence(*body, *conv(name + ".project", inside, out, 1, linear=True))
                walk.append(Residual(body) if stride == 1 and before == out else body)
                if stride == 2:
                    h, w = halved(h), halved(w)
                before = out
        out = scaled(512)
        walk += conv("last", before, out, 1)
        whole = net.layer("global", nn.Conv2d(out, out, (h, w), groups=out, bias=False))
        walk += [whole, net.norm("global", out), nn.Flatten(), net.drop("dropout")]
        walk += [net.layer("embedding", nn.Linear(out, dimensions, bias=False))]
        return sequence(*walk, net.layer("embedding.norm", nn.BatchNorm1d(dimensions)))

    def mlp():
        walk, before = [nn.Flatten()], length or 3 * height * breadth
        for i, full in enumerate(hidden, 1):
            name, out = f"layer{i}", scaled(full)
            walk += [net.layer(name, nn.Linear(before, out, bias=not batch_norm))]
            walk += [net.layer(name + ".norm", nn.BatchNorm1d(out))] if batch_norm else []
            walk += [net.prelu(name + ".prelu", out), net.drop(name + ".dropout")]
            before = out
        return sequence(*walk, net.layer("embedding", nn.Linear(before, dimensions)))

    family = name.rstrip("0123456789")
    depth = name[len(family) :]
    build = {"sfnet": sfnet, "ir": ir, "mobilefacenet": mobilefacenet, "mlp": mlp}[family]
    # A tuple keeps the walk from registering the same layers a second time.
    walk = (build(int(depth)) if depth else build(),)
    net.walk = lambda x: walk[0](x)
    net.walked = walk
    return net
