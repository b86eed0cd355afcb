/** What no table says of a loss: what it is for, what to mind. By name; a sentence or a few. */
export const notes: Readonly<Record<string, string>> = {
  softmax:
    'The baseline: it parts classes by angle and by length, and asks for no margin. Features trained with it are compared by cosine all the same. Other losses may start from its model (`--from`).',
  nsl: 'Softmax on the sphere: only the angle counts. The scale must be large enough for a sample at its class centre to be sure of it; `steradian bounds` says how large.',
  'a-softmax':
    'The margin multiplies the angle: it is wide where classes are far apart and narrow where they are close. From a cold start m = 4 needs λ, which falls while the network learns, and a rate near 0.1; `lambda-run` fits the published course to a run of another length.',
  lmcl: 'The margin is the same everywhere, which makes it easy to train. Few classes or images: scale 30 and a margin that grows (`margin-ramp`).',
  'l-softmax':
    'A-Softmax before prototypes were normalised, so the length of a prototype has a say. Its λ falls to 0, slowly at first and then steeply.',
  arcface:
    'The margin is an angle, the same everywhere. Where the angle and the margin would pass π the logit goes on falling in another way, so that no sample is drawn backwards.',
  'sub-center-arcface':
    'For data whose labels are wrong here and there: what does not belong settles round a prototype of its own. The head is K times as large.',
  'combined-margin':
    'SphereFace, ArcFace and LMCL in one formula; (1, 0.3, 0.2) is published, and (0.9, 0.4, 0.15).',
  'sphereface-r':
    'SphereFace without annealing: the margin is small (1.4 to 1.5), and its gradient is that of the plain cosine (`form` detached). v2 puts the margin into the other classes. The release weights the loss by 50/s, which is a larger rate: `--weight 50`.',
  sphereface2:
    'A yes-or-no question for each class in place of one choice among all, which is what verification asks. Its bias begins where its own gradient vanishes, or the many others would swamp the own class.',
  'elasticface-arc':
    'ArcFace whose margin differs from sample to sample and from step to step: what is drawn depends on seed and step alone. `plus` gives the largest to the samples that are farthest from their prototype (ElasticFace+), with a smaller σ.',
  'elasticface-cos':
    'LMCL with margins that are drawn, as above. With `plus` public reproductions use a σ of 0.02.',
  uniface:
    'One threshold for all people is learnt with the rest: its bias over the scale is the cosine from which two faces count as one person. The many others can be balanced by a `weight` below 1 or a `negative-ratio` below 1; the sampled head draws others too, and saves their work.',
  circle:
    'How hard a cosine is pulled depends on how far it is from where it should be, so that what is good already is left alone. The form `pair` compares the samples of a batch and has no prototypes.',
  adacos:
    'No scale and no margin to choose: the scale follows from the number of classes, and then from each batch. Its curve is the plain cosine, for the scale is all that changes. With fewer than four classes the formula gives a scale below 1; it is 1 then.',
  curricularface:
    'ArcFace that counts easy negatives at first and hard ones more and more. How far it is, t, is the running mean of the cosine to the own class; it is kept in the checkpoint.',
  magface:
    'The margin grows with the length of the feature, and a regulariser draws what is easy to long features: length comes to tell quality. `lambda-g` must be large enough for the margins chosen; `train` warns where it is not.',
  adaface:
    'Length tells quality, and quality what is asked: much of a clear image that is hard, little of one that may be unreadable. Mean and deviation of lengths are running averages, kept in the checkpoint.',
  contrastive:
    'Two images of one person are drawn together, two of different people pushed apart to a distance m. Wants batches with several images a person. The mean is over all pairs, of which most are of different people.',
  triplet:
    'A positive is to be nearer than a negative by m. Wants batches with several images a person, more than other losses. Semi-hard mining holds N³ numbers: batches of up to some 200. Hard mining is quicker, and collapses more easily.',
  center:
    'Alone it draws everything to one point. Joined to softmax, as published, it keeps classes tight: `--loss softmax --center 0.008`. The centres are kept in the checkpoint; they follow the batches and are not learnt.',
}
