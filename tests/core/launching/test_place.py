import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.errors import RecipeError
from byeori.launching import Place, forget_launch, launched, rank_in

# As the launchers' processes had them: the fourth of two machines with two processes each.
TORCHRUN = {
    "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2",
    "GROUP_RANK": "1", "GROUP_WORLD_SIZE": "2", "ROLE_RANK": "3", "ROLE_NAME": "default",
    "MASTER_ADDR": "node0", "MASTER_PORT": "40953", "TORCHELASTIC_RESTART_COUNT": "1",
    "TORCHELASTIC_RUN_ID": "koni", "TORCHELASTIC_USE_AGENT_STORE": "True",
}  # fmt: skip
ACCELERATE = {
    **TORCHRUN, "TORCHELASTIC_RUN_ID": "none", "ACCELERATE_MIXED_PRECISION": "no",
    "ACCELERATE_DYNAMO_BACKEND": "NO",
}  # fmt: skip
DEEPSPEED = {
    "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_SIZE": "2", "CROSS_RANK": "1",
    "CROSS_SIZE": "2", "MASTER_ADDR": "node0", "MASTER_PORT": "40953",
}  # fmt: skip
SRUN = {
    "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1",
    "SLURM_STEP_TASKS_PER_NODE": "2(x2)", "SLURM_NODEID": "1", "SLURM_JOB_ID": "77",
    "SLURM_STEP_ID": "0", "MASTER_ADDR": "node0", "MASTER_PORT": "40953",
}  # fmt: skip
KINDS = {"torchrun": TORCHRUN, "accelerate": ACCELERATE, "deepspeed": DEEPSPEED, "srun": SRUN}


@pytest.mark.parametrize(
    ("kind", "hosted", "run"),
    [
        ("torchrun", True, "koni.1.."),
        ("accelerate", True, "none.1.."),
        ("deepspeed", False, "..."),
        ("srun", False, "..77.0"),
    ],
)
def test_each_launcher_tells_a_process_its_place(kind: str, hosted: bool, run: str) -> None:
    place = Place(3, 4, 1, 2, "node0", 40953, hosted, run)
    assert launched(KINDS[kind]) == place
    assert launched({"PATH": "/bin", "HOME": "/", **KINDS[kind]}) == place
    assert rank_in(KINDS[kind]) == 3


def test_torchrun_started_by_srun_is_asked_before_srun() -> None:
    alone = {**SRUN, "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", **TORCHRUN}
    place = launched(alone)
    assert place is not None
    assert (place.rank, place.world) == (3, 4)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"MASTER_ADDR": "node0", "MASTER_PORT": "1"},
        {**TORCHRUN, "RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"},
        {**SRUN, "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"},
        # a batch script itself, outside a step of srun
        {"SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "77"},
    ],
)
def test_a_process_started_alone_has_no_place(environment: dict[str, str]) -> None:
    assert launched(environment) is None
    assert rank_in(environment) is None


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_first_process_is_must_be_told(kind: str) -> None:
    environment = {n: v for n, v in KINDS[kind].items() if not n.startswith("MASTER")}
    with pytest.raises(RecipeError, match=r"MASTER_ADDR and MASTER_PORT not set; .*launch-script"):
        launched(environment)
    assert rank_in(environment) == 3


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("torchrun", "RANK", "three"),
        ("torchrun", "RANK", "4"),
        ("torchrun", "RANK", "-1"),
        ("torchrun", "RANK", ""),
        ("torchrun", "RANK", "٣"),
        ("torchrun", "WORLD_SIZE", "0"),
        ("torchrun", "WORLD_SIZE", "4.0"),
        ("torchrun", "LOCAL_RANK", "2"),
        ("torchrun", "LOCAL_WORLD_SIZE", "5"),
        ("torchrun", "MASTER_PORT", "http"),
        ("torchrun", "MASTER_PORT", "65536"),
        ("accelerate", "LOCAL_RANK", "x"),
        ("deepspeed", "LOCAL_SIZE", "many"),
        ("srun", "SLURM_PROCID", "x"),
        ("srun", "SLURM_STEP_NUM_TASKS", "x"),
        ("srun", "SLURM_LOCALID", "7"),
        ("srun", "SLURM_STEP_TASKS_PER_NODE", "2(x"),
        ("srun", "SLURM_STEP_TASKS_PER_NODE", "2,,2"),
        ("srun", "SLURM_NODEID", "2"),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_the_variable(
    kind: str, name: str, value: str
) -> None:
    with pytest.raises(RecipeError, match=rf"environment: .*\b{name}\b"):
        launched({**KINDS[kind], name: value})


@pytest.mark.parametrize("name", ["LOCAL_RANK", "LOCAL_WORLD_SIZE"])
def test_variables_set_by_hand_must_be_complete(name: str) -> None:
    with pytest.raises(RecipeError, match=f"{name} not set"):
        launched({key: value for key, value in TORCHRUN.items() if key != name})


@given(st.lists(st.integers(1, 16), min_size=1, max_size=6))
def test_slurm_says_how_many_tasks_each_machine_has(counts: list[int]) -> None:
    runs: list[list[int]] = []  # Slurm shortens equal neighbours: 4,4,2 is 4(x2),2
    for count in counts:
        if runs and runs[-1][0] == count:
            runs[-1][1] += 1
        else:
            runs.append([count, 1])
    text = ",".join(f"{count}(x{times})" if times > 1 else f"{count}" for count, times in runs)
    for node, count in enumerate(counts):
        place = launched(
            {
                **SRUN,
                "SLURM_PROCID": "0",
                "SLURM_STEP_NUM_TASKS": str(sum(counts) + 1),
                "SLURM_STEP_TASKS_PER_NODE": text,
                "SLURM_NODEID": str(node),
                "SLURM_LOCALID": str(count - 1),
            }
        )
        assert place is not None
        assert (place.local_rank, place.local_world) == (count - 1, count)


@pytest.mark.parametrize("kind", KINDS)
def test_libraries_do_not_see_a_launch_that_is_forgotten(kind: str) -> None:
    environment = {"PATH": "/bin", "OMP_NUM_THREADS": "4", "SLURM_JOB_ID": "77", **KINDS[kind]}
    forget_launch(environment)
    rest = {name for name in environment if not name.startswith("SLURM_")}
    assert rest == {"PATH", "OMP_NUM_THREADS"}
