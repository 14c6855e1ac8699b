"""Photos of people become tuples (paper, Sec. 4): worn photo, X_w, 12 keypoints, caption; in the shards training reads.

| paper            | here                                                       |
|------------------|------------------------------------------------------------|
| YOLOX-l, people  | `hub_annotator`: a detector of transformers                |
| ViTPose, 133 pts | `hub_annotator`: VitPose; legs, feet and face are kept     |
| SAM, the shoes   | `hub_annotator`: SAM, asked by the foot points             |
| –                | `pack_annotator`: the pack's judge does all three (ours)   |

What the paper leaves open, which is how photos are refused, cropped and captioned, is (ours).
"""
