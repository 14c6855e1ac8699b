#!/bin/sh
# The paper's sizes on the paper's base: areas, feet, legs and ShoeControlNet, put together with Stable Diffusion 1.5.
#
#     DATA=s3://bucket/tuples SD=stable-diffusion-v1-5 WORK=build sh recipes/paper.sh
#
# Nobody has run it: it gives no figures. The presets are the paper's numbers field by field (docs/paper.md), for GPUs;
# a run writes the figures that it came to into $WORK/figures.md. Variables, with what they are if unset:
#
#     DATA                      tuples of 512 px or more: folders of shards, or URLs (docs/training.md)
#     SD                        Stable Diffusion 1.5 in diffusers' layout
#     REGION                    facebook/sam-vit-huge, as a folder or on the hub
#     WORK         build        where everything goes
#     PROCESSES    1            processes, one for each GPU
#     PRESET       paper        smoke: to see that everything runs
#     BATCH_WD, BATCH_FEET, BATCH_LEGS, BATCH_SW      samples at once on a GPU; the global batch stays the paper's
#     SHOEMODEL, PYTHON         the command and the interpreter
#
# One run of four: the global batch, 16, 240, 4096 and 128 in the paper, is batch × accumulated × processes.
set -eu

WORK=${WORK:-build} PRESET=${PRESET:-paper} PROCESSES=${PROCESSES:-1}
SHOEMODEL=${SHOEMODEL:-shoemodel} PYTHON=${PYTHON:-python} REGION=${REGION:-facebook/sam-vit-huge}
here=$(dirname "$0")/..

train() { # component, global batch, samples at once, and whatever else the trainer takes
    component=$1 whole=$2 batch=$3
    shift 3
    if [ "$PRESET" = paper ]; then
        each=$((whole / PROCESSES)) parts=$((whole / PROCESSES / batch))
        if [ $((parts * batch * PROCESSES)) -ne "$whole" ]; then
            echo "$component: $batch at once on $PROCESSES processes do not divide the global batch $whole" >&2
            exit 2
        fi
        echo "$component: $each samples a step on each process"
        set -- "$@" --loop.batch "$batch" --loop.accumulate "$parts"
    fi
    # shellcheck disable=SC2086 # $DATA names one place or several
    set -- train "$component" "$PRESET" --data $DATA "$@" --out "$WORK/runs/$component"
    if [ "$PROCESSES" -eq 1 ]; then
        "$SHOEMODEL" "$@"
    else
        "$PYTHON" -m torch.distributed.run --standalone --nproc_per_node "$PROCESSES" -m shoemodel.apps.cli.main "$@"
    fi
}

train wd 16 "${BATCH_WD:-$((16 / PROCESSES))}"
train feet 240 "${BATCH_FEET:-$((240 / PROCESSES))}"
train legs 4096 "${BATCH_LEGS:-$((4096 / PROCESSES))}"
train sw 128 "${BATCH_SW:-4}" --autoencoder "$SD" --clip "$SD" --base "$SD" ${CROP:+--crop "$CROP"} \
    --latents "$WORK/latents"

"$PYTHON" "$here/recipes/figures.py" "$WORK"/runs/* --out "$WORK/figures.md"
"$SHOEMODEL" pack "$WORK"/runs/* "$SD" "region=$REGION" --out "$WORK/sd15"
