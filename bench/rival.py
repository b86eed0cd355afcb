"""The rival in a bench: PyTorch (steps, forward, heads, scores among distractors) or OpenCV (pictures), driven by lines on standard input.

rival.py '{"kind": "step", "height": 112, ...}' prints {"ready": true, "peakBytes": n}, and for each line `N` on standard
input runs N pieces of work and prints {"seconds": s, "cpuSeconds": s, "peakBytes": n}.
"""
import json
import resource
import sys
import time

from networks import network

setup = json.loads(sys.argv[1])


def say(**facts):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**facts, "peakBytes": peak}), flush=True)


def torch_work():
    import torch

    F = torch.nn.functional
    torch.set_num_threads(setup["threads"])
    torch.manual_seed(0)
    n, h, w, d = (setup[key] for key in ("batch", "height", "width", "dimensions"))
    net = network(torch, setup["architecture"], h, w, setup["multiplier"], d)
    x = torch.randn(n, 3, h, w)
    if setup["kind"] == "forward":
        net.eval()

        def forward():
            with torch.no_grad():
                net(x)

        return forward
    c = setup["classes"]
    y = torch.randint(0, c, (n,))
    prototypes = torch.nn.Parameter(torch.randn(c, d) * 0.01)
    sgd = torch.optim.SGD([*net.parameters(), prototypes], lr=0.01, momentum=0.9, weight_decay=5e-4)

    steps = [0]

    def step():
        cosine = F.normalize(net(x)) @ F.normalize(prototypes).t()
        loss = F.cross_entropy(64 * (cosine - 0.35 * F.one_hot(y, c)), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        steps[0] += 1
        if "checkpoint" in setup and steps[0] % 4 == 0:
            torch.save({"net": net.state_dict(), "head": prototypes, "sgd": sgd.state_dict()}, setup["checkpoint"])

    return step


def head_work():
    """A dense head alone: LMCL of features that want a gradient, SGD of the prototypes."""
    import torch

    F = torch.nn.functional
    torch.set_num_threads(setup["threads"])
    torch.manual_seed(0)
    n, d, c = (setup[key] for key in ("batch", "dimensions", "classes"))
    x = torch.randn(n, d, requires_grad=True)
    y = torch.randint(0, c, (n,))
    prototypes = torch.nn.Parameter(torch.randn(c, d) * 0.01)
    sgd = torch.optim.SGD([prototypes], lr=0.01, momentum=0.9, weight_decay=5e-4)

    def step():
        cosine = F.normalize(x) @ F.normalize(prototypes).t()
        loss = F.cross_entropy(64 * (cosine - 0.35 * F.one_hot(y, c)), y)
        sgd.zero_grad()
        x.grad = None
        loss.backward()
        sgd.step()

    return step


def picture_work():
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    files, matrix = setup["files"], np.array(setup["matrix"]).reshape(2, 3)
    place = [0]

    def one():
        picture = cv2.imread(files[place[0] % len(files)])
        cv2.warpAffine(picture, matrix, (setup["width"], setup["height"]), flags=cv2.INTER_LINEAR)
        place[0] += 1

    return one


def distractor_work():
    """Ranks of mates, a histogram of all scores for TAR at FAR, the five best a probe; all in float32."""
    import numpy as np
    import torch

    torch.set_num_threads(setup["threads"])
    columns, rows, block = setup["columns"], setup["rows"], 4096
    labels = np.fromfile(setup["labels"], np.int32)
    probes = torch.from_numpy(np.fromfile(setup["probes"], np.float32).reshape(-1, columns))
    count = len(labels)
    data = np.memmap(setup["distractors"], np.float32, "r", shape=(rows, columns))
    norms, twice = (probes * probes).sum(1, keepdim=True), 2 * probes

    def scores(b):
        return torch.addmm(-(b * b).sum(1), twice, b.t()).sub_(norms)

    among = scores(probes)
    mates = [[j for j in np.flatnonzero(labels == labels[i]) if j != i] for i in range(count)]
    most = max(map(len, mates))
    rising = torch.full((count, most), float("inf"))
    for i, own in enumerate(mates):
        rising[i, : len(own)] = torch.sort(among[i, own])[0]
    lowest = rising[:, :1].contiguous()

    def one():
        histogram = torch.zeros(65536, dtype=torch.float64)
        beaten = torch.zeros(count * (most + 1), dtype=torch.int64)
        best = torch.full((count, 5), -float("inf"))
        for start in range(0, rows, block):
            y = scores(torch.from_numpy(np.array(data[start : start + block])))
            histogram += torch.histc(y, 65536, -4, 0)
            probe, column = (y > lowest).nonzero(as_tuple=True)
            place = torch.searchsorted(rising[probe], y[probe, column].unsqueeze(1)).squeeze(1)
            beaten += torch.bincount(probe * (most + 1) + place, minlength=len(beaten))
            best = torch.topk(torch.cat([best, torch.topk(y, 5)[0]], 1), 5)[0]

    return one


work = {"head": head_work, "pictures": picture_work, "distractors": distractor_work}.get(setup["kind"], torch_work)()
say(ready=True)
for line in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(int(line)):
        work()
    say(seconds=time.perf_counter() - start, cpuSeconds=time.process_time() - cpu)
