"""Given names: which are two people's though a letter apart, and which are one's.

Only lists, in folded spelling (see ``lead_text.fold``).

>>> {"tim", "tom", "paul", "paula"} <= GIVEN
True
>>> CALLED["bob"] == CALLED["robert"]
True
"""

# common ones of Europe and America: one is hardly the other, mistyped
GIVEN = frozenset(
    "aaron abigail ada adalbert adam adelbert alain alan albert aldo alessandra"
    " alessandro alex alexander alexei alexis alice amanda amber amy ana andre andrea"
    " andreas andrew angela anja ann anna anthony antonia antonio arthur ashley"
    " austin barbara ben benjamin berend bernard bernd bernhard betty beverly billy"
    " birgit brandon brenda brian brigitte brittany bruce bryan carl carla carlos"
    " carmen carol carolyn catherine charles charlotte cheryl christa christian"
    " christina christine claude claudia claudine cynthia daniel daniela daniele"
    " danielle david deborah debra denise dennis diana diane dieter donald donna"
    " doris dorothy douglas dylan edelbert edward elijah elizabeth elke emily emma"
    " eric erica erika ernst erwin ethan eva eve evelyn finn frances francesca"
    " francesco francisca francisco francois francoise frank fritz gabriel gary georg"
    " george gerald gerhard giovanna giovanni gisela giulia giulio gloria grace"
    " gregory gunter hannah hans harold heather heike heinrich heinz helen helga"
    " helmut hendrik henk henry herbert horst hubert ingrid isabella isabelle jack"
    " jacob jacqueline james jan jana janet janice jans jason javier jean jeanne"
    " jeffrey jennifer jeremy jerry jesse jessica joachim joan joanna joe johanna"
    " johannes john jonathan jordan jose josefa joseph joshua joyce juan judith judy"
    " julia julie jurgen justin jutta karen karin karl katherine kathleen kathryn"
    " katrin kayla kees keith kelly kenneth kerstin kevin kimberly klaus kurt kyle"
    " larry laura lauren laurent lawrence lea lena leonie linda lisa logan lori"
    " lothar louis louise luc luca lucie luis luisa madison manfred manul manula mara"
    " marc marcel marco margaret maria marie marilyn mario mark markus marta martha"
    " martina martine mary matthew megan melissa michael michel michelle mirco monika"
    " nancy natalie nathalie nathan nicholas nicole noah norbert olivia otto pablo"
    " pamela paola paolo pascal pascale patricia patrick paul paula peter petra"
    " philippe pierre piet pieter pilar rachel ralf randy raymond rebecca renate rene"
    " renee richard robert roberta roberto roger rolf ronald ruth ryan sabine"
    " samantha samul sandra sara sarah scott sean sharon shirley silke simon simone"
    " sophia stefan stefania stefano stephanie stephen steven susan sylvie teresa"
    " terry theresa thomas tiffany tim timothy tom tyler ulrich ursula ute uwe"
    " victoria virginia walter werner willem william willie wim wolfgang yves yvonne"
    " zachary".split()
)
_CALLED = (
    "robert rob bob bobby bert", "william will bill billy liam", "richard rick dick",
    "elizabeth liz beth betty lisa elisabeth", "margaret maggie peggy meg",
    "katherine catherine kate kathy cathy katie", "michael mike mick", "james jim",
    "john jack johnny", "joseph joe", "thomas tom tommy", "christopher chris",
    "charles charlie chuck", "edward ed eddie ted", "anthony tony antonio toni",
    "andrew andy drew andreas", "alexander alex sascha sandro", "daniel dan danny",
    "matthew matt", "nicholas nick", "patrick pat", "stephen steve steven",
    "benjamin ben", "samul sam", "jennifer jen jenny", "jessica jess",
    "susan sue susie", "deborah debbie", "barbara barb babs", "patricia pat patty",
    "rebecca becky", "victoria vicky", "theodore theo ted", "joshua josh",
    "johannes hans johann hannes", "friedrich fritz", "heinrich heinz", "josef sepp",
    "wilhelm willi", "maximilian max", "franziska franzi", "giuseppe beppe",
    "francisco paco", "jose pepe", "dolores lola", "gregory greg", "jeffrey jeff",
    "kenneth ken", "lawrence larry", "peter pete", "philip phil", "ronald ron",
    "timothy tim", "jonathan jon", "gerald gerry jerry", "ludwig lutz",
)  # fmt: skip
CALLED: dict[str, frozenset[int]] = {}
for _number, _names in enumerate(_CALLED):
    for _name in _names.split():
        CALLED[_name] = CALLED.get(_name, frozenset()) | {_number}
